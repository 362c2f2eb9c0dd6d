/**
 * KEYS[1] the signature's current incident.
 * ARGV: 1 transaction id, 2 its time (µs), 3 alert, 4 id for a new incident, 5 key prefix, 6 TTL (ms), 7 log entry "opened",
 * 8… the incident (key) and the trace id of each of its traces, its own first.
 * Answers { incident id, 'opened' | 'counted' | 'grown' | 'known' }.
 *
 * A transaction stays with the incident that it was first counted in, also when later records give it another signature.
 * Times stay strings: Lua would write 1.78e15 for a number of that size.
 */
export const REPORT = `
local function later(key, field, at)
  if tonumber(at) > tonumber(redis.call('HGET', key, field)) then redis.call('HSET', key, field, at) end
end
local function claim(id)
  for i = 8, #ARGV, 2 do redis.call('SET', ARGV[i], id, 'PX', ARGV[6]) end
end
local id, drawn
for i = 8, #ARGV, 2 do id = id or redis.call('GET', ARGV[i]) or nil end
if id and redis.call('EXISTS', ARGV[5] .. id) == 1 then
  local key = ARGV[5] .. id
  claim(id)
  for i = 9, #ARGV, 2 do drawn = drawn or redis.call('HGET', key, 'trace') == ARGV[i] end
  if not drawn or redis.call('HGET', key, 'alert') == ARGV[3] then return { id, 'known' } end
  redis.call('HSET', key, 'alert', ARGV[3], 'trace', ARGV[1])
  redis.call('HINCRBY', key, 'version', 1)
  return { id, 'grown' }
end
id = redis.call('GET', KEYS[1])
local what = 'counted'
if not id or redis.call('EXISTS', ARGV[5] .. id) == 0 then
  id, what = ARGV[4], 'opened'
  local key = ARGV[5] .. id
  redis.call('HSET', key, 'alert', ARGV[3], 'trace', ARGV[1], 'signature', KEYS[1], 'state', 'open', 'count', 0,
    'firstSeen', ARGV[2], 'lastSeen', ARGV[2], 'version', 0)
  redis.call('RPUSH', key .. ':log', ARGV[7])
end
local key = ARGV[5] .. id
claim(id)
redis.call('SET', KEYS[1], id, 'PX', ARGV[6])
redis.call('HINCRBY', key, 'count', 1)
redis.call('HINCRBY', key, 'version', 1)
later(key, 'lastSeen', ARGV[2])
if tonumber(ARGV[2]) < tonumber(redis.call('HGET', key, 'firstSeen')) then redis.call('HSET', key, 'firstSeen', ARGV[2]) end
redis.call('PEXPIRE', key, ARGV[6])
redis.call('PEXPIRE', key .. ':log', ARGV[6])
return { id, what }`;

/**
 * KEYS[1] the incident. ARGV: 1 its id, 2 the new state or 'noted', 3 log entry, 4… states from which this is allowed.
 * Answers 1 when changed, 0 when not allowed. The change and its entry in the log are one step.
 * A resolved incident is no longer its signature's: the next failure opens a new one.
 */
export const CHANGE = `
local state = redis.call('HGET', KEYS[1], 'state')
local allowed = false
for i = 4, #ARGV do if ARGV[i] == state then allowed = true end end
if not allowed then return 0 end
if ARGV[2] ~= 'noted' then redis.call('HSET', KEYS[1], 'state', ARGV[2]) end
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('RPUSH', KEYS[1] .. ':log', ARGV[3])
if ARGV[2] == 'resolved' then
  local signature = redis.call('HGET', KEYS[1], 'signature')
  if redis.call('GET', signature) == ARGV[1] then redis.call('DEL', signature) end
end
return 1`;
