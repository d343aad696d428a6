-- Lists the rests that have not ended.
-- KEYS: all rests, by their end
-- Returns: whose, for how many ms more, …
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- No rest is longer than five minutes: what ends later is from before the clock was set back.
local rests = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', now), string.format('%.0f', now + 300000), 'WITHSCORES')
for i = 2, #rests, 2 do
  rests[i] = string.format('%.0f', rests[i] - now)
end

return rests
