-- Adds a batch of usage, once.
-- KEYS: the batch, then a hash for each day.
-- ARGV: how long the batch is remembered (s), then for each day when it expires (Unix s), then for each row:
--   the number of its day in KEYS, the beginning of its fields, seven amounts.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end

redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
for row = #KEYS + 1, #ARGV, 9 do
  local day = KEYS[tonumber(ARGV[row])]
  for counter = 1, 7 do
    local amount = ARGV[row + 1 + counter]
    if amount ~= '0' then
      local field = ARGV[row + 1] .. counter
      local answer = redis.pcall('HINCRBY', day, field, amount)
      if type(answer) == 'table' and answer.err then
        -- The sum would not fit 64 bits: it stays at the highest value. A script that failed here would be half done.
        redis.call('HSET', day, field, '9223372036854775807')
      end
    end
  end
end

for day = 2, #KEYS do
  redis.call('EXPIREAT', KEYS[day], ARGV[day])
end

return 1
