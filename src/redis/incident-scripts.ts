/**
 * KEYS[1] the signature's current incident.
 * ARGV: 1 the trace's incident (key), 2 trace id, 3 alert, 4 its time (µs), 5 id for a new incident, 6 key prefix, 7 TTL (ms), 8 log entry "opened".
 * Answers { incident id, 'opened' | 'counted' | 'grown' | 'known' }.
 *
 * A transaction stays with the incident that it was first counted in, also when later records give it another signature.
 * Times stay strings: Lua would write 1.78e15 for a number of that size.
 */
export const REPORT = `
local function later(key, field, at)
  if tonumber(at) > tonumber(redis.call('HGET', key, field)) then redis.call('HSET', key, field, at) end
end
local id = redis.call('GET', ARGV[1])
if id then
  local key = ARGV[6] .. id
  if redis.call('HGET', key, 'trace') ~= ARGV[2] or redis.call('HGET', key, 'alert') == ARGV[3] then return { id, 'known' } end
  redis.call('HSET', key, 'alert', ARGV[3])
  redis.call('HINCRBY', key, 'version', 1)
  return { id, 'grown' }
end
id = redis.call('GET', KEYS[1])
local what = 'counted'
if not id or redis.call('EXISTS', ARGV[6] .. id) == 0 then
  id, what = ARGV[5], 'opened'
  local key = ARGV[6] .. id
  redis.call('HSET', key, 'alert', ARGV[3], 'trace', ARGV[2], 'signature', KEYS[1], 'state', 'open', 'count', 0,
    'firstSeen', ARGV[4], 'lastSeen', ARGV[4], 'version', 0)
  redis.call('RPUSH', key .. ':log', ARGV[8])
  redis.call('SET', KEYS[1], id, 'PX', ARGV[7])
end
local key = ARGV[6] .. id
redis.call('SET', ARGV[1], id, 'PX', ARGV[7])
redis.call('HINCRBY', key, 'count', 1)
redis.call('HINCRBY', key, 'version', 1)
later(key, 'lastSeen', ARGV[4])
if tonumber(ARGV[4]) < tonumber(redis.call('HGET', key, 'firstSeen')) then redis.call('HSET', key, 'firstSeen', ARGV[4]) end
redis.call('PEXPIRE', key, ARGV[7])
redis.call('PEXPIRE', key .. ':log', ARGV[7])
return { id, what }`;

/**
 * KEYS[1] the incident. ARGV: 1 its log (key), 2 the new state or 'noted', 3 log entry, 4… states from which this is allowed.
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
redis.call('RPUSH', ARGV[1], ARGV[3])
if ARGV[2] == 'resolved' then redis.call('DEL', redis.call('HGET', KEYS[1], 'signature')) end
return 1`;
