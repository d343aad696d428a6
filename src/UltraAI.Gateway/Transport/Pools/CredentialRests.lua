-- Lists the rests that have not ended.
-- KEYS: all rests, by their end
-- Returns: whose, for how many ms more, …
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rests = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES')
for i = 2, #rests, 2 do
  rests[i] = string.format('%.0f', rests[i] - now)
end

return rests
