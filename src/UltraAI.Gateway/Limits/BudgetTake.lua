-- Takes a grant out of a budget, once per operation.
-- KEYS: what is taken; the sender's last operation.   ARGV: operation, expiry (Unix s, or empty), budget, wanted, needed, least
-- Returns: granted, taken.   The rule is GrantRequest.GrantOutOf. Amounts are below 2^53, where numbers are exact.
local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
local last = redis.call('HMGET', KEYS[2], 'id', 'granted')
if last[1] == ARGV[1] then
  return { tonumber(last[2]), taken }
end

local budget, wanted, needed, least = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local left = math.max(0, budget - taken)
local granted
if left < least then
  granted = 0
elseif math.floor(left / 4) >= wanted then
  granted = math.min(left, math.max(wanted, needed))
else
  granted = math.min(left, math.max(needed, least))
end

if granted > 0 then
  redis.call('HSET', KEYS[2], 'id', ARGV[1], 'granted', string.format('%.0f', granted))
  redis.call('EXPIRE', KEYS[2], 86400)
  taken = redis.call('INCRBY', KEYS[1], string.format('%.0f', granted))
  if ARGV[2] ~= '' then
    redis.call('EXPIREAT', KEYS[1], ARGV[2])
  end
end

return { granted, taken }
