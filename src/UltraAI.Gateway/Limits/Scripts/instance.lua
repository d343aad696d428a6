-- An instance says that it lives, or that it goes.
-- KEYS[1]  the instances: a sorted set of ids by the time of their last sign of life, in microseconds
-- ARGV     its id; how long a sign of life counts, in microseconds; an id that it no longer goes by, or ''; 'leave' or 'stay'
-- Returns  how many live; 1 if it was not among them
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local id, ttl, former, intent = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

if former ~= '' then
  redis.call('ZREM', KEYS[1], former)
end

local isNew = 0
if intent == 'leave' then
  redis.call('ZREM', KEYS[1], id)
else
  isNew = redis.call('ZADD', KEYS[1], string.format('%.0f', now), id)
end

-- A clock that was set back leaves signs of life in the future: they count from now on.
for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + 1000000), '+inf')) do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), other)
end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - ttl))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ttl / 1000 * 6))
return { redis.call('ZCARD', KEYS[1]), isNew }
