-- Returns (below 0) or charges (above 0) an amount, once per operation.
-- KEYS: what is taken; the sender's last operation.   ARGV: operation, expiry (Unix s, or empty), amount
-- Returns: 0, taken.
local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
if redis.call('HGET', KEYS[2], 'id') == ARGV[1] then
  return { 0, taken }
end

-- Never below 0, should Redis have lost what was taken; and never so high that the number would overflow.
local amount = math.min(math.max(tonumber(ARGV[3]), -taken), 9e15)
if amount ~= 0 and taken + amount < 9e18 then
  redis.call('HSET', KEYS[2], 'id', ARGV[1], 'granted', '0')
  redis.call('EXPIRE', KEYS[2], 86400)
  taken = redis.call('INCRBY', KEYS[1], string.format('%.0f', amount))
  if ARGV[2] ~= '' then
    redis.call('EXPIREAT', KEYS[1], ARGV[2])
  end
end

return { 0, taken }
