-- Writes a virtual key if it has the expected revision.
-- KEYS: all keys; the last revision.   ARGV: name, expected revision (0: must not exist), channel, the key as JSON
-- Returns: its new revision; 0 if it had another.
local text = redis.call('HGET', KEYS[1], ARGV[1])
local revision = text and string.match(text, '^%d+') or '0'
if revision ~= ARGV[2] then
  return 0
end

local new = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', new) .. ' ' .. ARGV[4])
redis.call('PUBLISH', ARGV[3], new)
return new
