"""The scripts that change one profile, one product or the position, each as one step of the server."""

__all__ = ["MOVE", "PUT_PRODUCT", "PUT_PROFILE"]

PUT_PROFILE = """
-- KEYS: profile, linking, choosing, linked, then the profiles it is linked to
-- ARGV: state, seq, customer, milliseconds to keep it (0: for good), links?, chooses?, empty?, those it is linked to
local held = redis.call('GETRANGE', KEYS[1], 0, 7)
if #held == 8 and struct.unpack('>I8', held) > tonumber(ARGV[2]) then return 0 end
if ARGV[7] == '1' then redis.call('SREM', KEYS[4], ARGV[3]) end
local ends = '+inf'
if ARGV[4] ~= '0' and redis.call('SISMEMBER', KEYS[4], ARGV[3]) == 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
  ends = redis.call('TIME')[1] + math.ceil(ARGV[4] / 1000)
else
  redis.call('SET', KEYS[1], ARGV[1])
end
for place = 5, 6 do
  local index = KEYS[place - 3]
  if ARGV[place] == '1' then redis.call('ZADD', index, ends, ARGV[3]) else redis.call('ZREM', index, ARGV[3]) end
end
for place = 8, #ARGV do
  if redis.call('SADD', KEYS[4], ARGV[place]) == 1 then
    redis.call('PERSIST', KEYS[place - 3])
    redis.call('ZADD', KEYS[2], 'XX', '+inf', ARGV[place])
    redis.call('ZADD', KEYS[3], 'XX', '+inf', ARGV[place])
  end
end
return 1
"""
"""Write a profile unless a later one is there; a visitor's expires unless a customer is linked to it."""

PUT_PRODUCT = """
-- KEYS: products, order
-- ARGV: product, entry (at: 8 bytes, seq: 8, length of the event's key: 2, the key, the rest)
local function stamp(entry)
  local length = struct.unpack('>H', entry, 17)
  return struct.unpack('>i8', entry), string.sub(entry, 19, 18 + length)
end
local function before(one, other)  -- byte by byte, whatever the server's language
  for place = 1, math.min(#one, #other) do
    local a, b = string.byte(one, place), string.byte(other, place)
    if a ~= b then return a < b end
  end
  return #one < #other
end
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held then
  local at, event = stamp(ARGV[2])
  local held_at, held_event = stamp(held)
  if at < held_at or (at == held_at and before(event, held_event)) then return 0 end
else
  redis.call('ZADD', KEYS[2], redis.call('ZCARD', KEYS[2]), ARGV[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
"""
"""Write a catalogue entry unless one of a later stamp is there."""

MOVE = """
-- KEYS: position, linking, choosing
-- ARGV: position, a number a partition
local held = redis.call('GET', KEYS[1])
local function parts(text)
  local found = {}
  for number in string.gmatch(text, '[^,]+') do found[#found + 1] = number end
  return found
end
local given = parts(ARGV[1])
if #given > 0 then
  local ours = held and parts(held) or {}
  if #ours == #given then
    for place = 1, #given do
      if tonumber(ours[place]) > tonumber(given[place]) then given[place] = ours[place] end
    end
  end
  redis.call('SET', KEYS[1], table.concat(given, ','))
end
local now = redis.call('TIME')[1]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
return 1
"""
"""Move the position forward, partition by partition, and forget the expired in the indices."""
