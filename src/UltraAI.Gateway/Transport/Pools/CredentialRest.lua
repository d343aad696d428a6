-- Lets a credential rest on all instances.
-- KEYS: all rests, by their end   ARGV: whose, for how many ms, channel, the most rests
-- Returns: 1. One that is longer already stays.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)

-- No rest is longer than five minutes: what ends later is from before the clock was set back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + 300000), '+inf')
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
local till = now + tonumber(ARGV[2])
if before and tonumber(before) >= till then
  return 1
end

if before or redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[4]) then
  redis.call('ZADD', KEYS[1], string.format('%.0f', till), ARGV[1])
  redis.call('PEXPIRE', KEYS[1], 600000)
end

redis.call('PUBLISH', ARGV[3], ARGV[2] .. ' ' .. ARGV[1])
return 1
