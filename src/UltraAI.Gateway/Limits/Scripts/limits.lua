-- Reserves from any number of limits, all or nothing, and takes in what the instance has to report about them.
-- KEYS[1]    the instances, as in instance.lua
-- KEYS[2..]  one limit each
-- ARGV[1..3] the instance's id; the life of a lease and of a sign of life, in microseconds
-- then for each limit 11 values: kind, capacity, rate, generation, spent, returned, adjust, charge, ask, want, known
-- Returns    1 if all was granted; 1 if the instance was not among the living; then for each limit 4 values
--
-- A bucket ('b') is "level time|id generation amount expiry|id …". The level is in 1/60,000,000: what a rate of 1 per minute
-- brings in a microsecond. What instances hold of it (amount, in whole units) is outstanding until they report it spent, return
-- it, or let it expire, which counts as spent; refill stops at capacity - outstanding. So whatever is admitted from any moment on
-- was at that moment in the level or outstanding, or came in later: never more than capacity + rate * time.
-- A generation is one unbroken life of what an instance holds; reports about another one come too late and change nothing.
--   adjust: settlement, below 0 a debt; charge: admitted without Redis, becomes a debt of one second at most
--   ask: all or nothing; want: as a lease on top, at most an eighth of what is there
--   known: the level to begin with where there is none (Redis has lost it); below 0: full
--   Returns generation, granted on top, level, outstanding
--
-- Slots ('s') are "|id generation count|id …", and an instance's count as long as it lives.
--   adjust: more or fewer than before; known: how many it has, which counts if Redis has lost it
--   Returns generation, granted on top, count of all, count of the instance
local SCALE = 60000000
local STEP = 11
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local id, life, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local function loadBucket(b)
  local raw = redis.call('GET', b.key)
  b.holders, b.outstanding = {}, 0
  local before, expired = 0, 0
  if raw then
    local level, at = string.match(raw, '^(%-?%d+) (%d+)')
    b.level, b.at = tonumber(level), tonumber(at)
    for holder, generation, amount, expiry in string.gmatch(raw, '|(%S+) (%d+) (%d+) (%d+)') do
      amount, expiry = tonumber(amount), math.min(tonumber(expiry), now + life) -- later only if the clock was set back
      before = before + amount
      if expiry <= now then
        expired = math.max(expired, expiry)
      elseif holder == id then
        b.mine, b.amount = generation, amount
      else
        b.holders[#b.holders + 1] = '|' .. holder .. ' ' .. generation .. ' ' .. string.format('%.0f %.0f', amount, expiry)
        b.outstanding = b.outstanding + amount
      end
    end
  else
    b.level, b.at = b.capacity * SCALE, now
    if b.known >= 0 then
      b.level = math.min(b.level, b.known)
    end
  end

  if b.at > now + 1000000 then
    b.at = now -- the clock was set back
  end

  local function refill(to, outstanding)
    if to > b.at then
      b.level = math.max(b.level, math.min(b.level + (to - b.at) * b.rate, (b.capacity - outstanding) * SCALE))
      b.at = to
    end
  end

  refill(math.min(expired, now), before)
  refill(now, b.outstanding + b.amount)
end

local function reportBucket(b)
  if b.mine == b.generation then
    b.amount = b.amount - math.min(b.spent, b.amount)
    local returned = math.min(b.returned, b.amount)
    b.amount = b.amount - returned
    b.level = b.level + returned * SCALE
  end

  b.level = b.level + b.adjust * SCALE
  b.level = math.max(b.level - b.charge * SCALE, math.min(b.level, -b.rate * 1000000))
  b.level = math.min(b.level, (b.capacity - b.outstanding - b.amount) * SCALE)
end

local function saveBucket(b)
  if b.amount > 0 then
    b.mine = b.mine or string.format('%.0f', now)
    b.holders[#b.holders + 1] = '|' .. id .. ' ' .. b.mine .. string.format(' %.0f %.0f', b.amount, now + life)
  end

  -- Gone by itself when it is full again and every lease has ended.
  local full = math.ceil((b.capacity * SCALE - b.level) / b.rate / 1000) + life / 1000 + 10000
  local text = string.format('%.0f %.0f', b.level, b.at) .. table.concat(b.holders)
  redis.call('SET', b.key, text, 'PX', string.format('%.0f', math.min(full, 2592000000)))
end

local function loadSlots(s)
  s.holders, s.total = {}, 0
  for holder, generation, count in string.gmatch(redis.call('GET', s.key) or '', '|(%S+) (%d+) (%d+)') do
    if holder == id then
      s.mine, s.count = generation, tonumber(count)
    else
      local seen = redis.call('ZSCORE', KEYS[1], holder)
      if seen and tonumber(seen) > now - ttl then
        s.holders[#s.holders + 1] = '|' .. holder .. ' ' .. generation .. ' ' .. count
        s.total = s.total + tonumber(count)
      end
    end
  end

  if not s.mine then
    s.mine, s.count = string.format('%.0f', now), s.known
  elseif s.mine == s.generation then
    s.count = math.max(0, s.count + s.adjust)
  end

  s.total = s.total + s.count
end

local function saveSlots(s)
  s.holders[#s.holders + 1] = '|' .. id .. ' ' .. s.mine .. string.format(' %.0f', s.count)
  redis.call('SET', s.key, table.concat(s.holders), 'PX', 600000)
end

local limits, granted, hasSlots = {}, true, false
for i = 2, #KEYS do
  local a = 3 + (i - 2) * STEP
  local limit = {
    key = KEYS[i], kind = ARGV[a + 1], capacity = tonumber(ARGV[a + 2]), rate = tonumber(ARGV[a + 3]), generation = ARGV[a + 4],
    spent = tonumber(ARGV[a + 5]), returned = tonumber(ARGV[a + 6]), adjust = tonumber(ARGV[a + 7]), charge = tonumber(ARGV[a + 8]),
    ask = tonumber(ARGV[a + 9]), want = tonumber(ARGV[a + 10]), known = tonumber(ARGV[a + 11]), amount = 0, extra = 0,
  }
  limits[#limits + 1] = limit
  if limit.kind == 'b' then
    loadBucket(limit)
    reportBucket(limit)
    granted = granted and (limit.ask <= 0 or limit.ask * SCALE <= limit.level)
  else
    hasSlots = true
    loadSlots(limit)
    granted = granted and (limit.ask <= 0 or limit.total + limit.ask <= limit.capacity)
  end
end

local wasMissing = 0
if hasSlots and not redis.call('ZSCORE', KEYS[1], id) then
  wasMissing = 1
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), id)
end

local answer = { granted and 1 or 0, wasMissing }
for _, limit in ipairs(limits) do
  if limit.kind == 'b' then
    if granted then
      limit.level = limit.level - limit.ask * SCALE
      limit.extra = math.max(0, math.min(limit.want, math.floor(limit.level / SCALE / 8)))
      limit.level = limit.level - limit.extra * SCALE
      limit.amount = limit.amount + limit.ask + limit.extra
    end

    saveBucket(limit)
    answer[#answer + 1] = tonumber(limit.mine or 0)
    answer[#answer + 1] = limit.extra
    answer[#answer + 1] = limit.level
    answer[#answer + 1] = limit.outstanding + limit.amount
  else
    if granted then
      limit.extra = math.max(0, math.min(limit.want, math.floor((limit.capacity - limit.total - limit.ask) / 8)))
      limit.count = limit.count + limit.ask + limit.extra
      limit.total = limit.total + limit.ask + limit.extra
    end

    saveSlots(limit)
    answer[#answer + 1] = tonumber(limit.mine)
    answer[#answer + 1] = limit.extra
    answer[#answer + 1] = limit.total
    answer[#answer + 1] = limit.count
  end
end

return answer
