-- Deletes a virtual key if it has the expected revision.
-- KEYS: all keys; the last revision.   ARGV: name, expected revision (0: any), channel
-- Returns: the revision of the deletion; 0 if there was no such key.
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text or (ARGV[2] ~= '0' and string.match(text, '^%d+') ~= ARGV[2]) then
  return 0
end

local new = redis.call('INCR', KEYS[2])
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[3], new)
return new
