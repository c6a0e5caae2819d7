-- One load of wrk: addresses in turn, each request from an address of its own, so that the site's usual
-- rate limits hold and still refuse nobody. Arguments: the case as lines of a file (see load.py).
local paths, body_head, body_tail, marker = {}, nil, nil, nil
local anew, run, count = false, "", 0

function init(args)
  local lines = {}
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  anew, run, marker = lines[1] == "anew", lines[2], lines[3]
  local body = lines[4]
  if body ~= "" then
    local from, to = body:find(marker, 1, true)
    body_head, body_tail = body:sub(1, from - 1), body:sub(to + 1)
  end
  for i = 5, #lines do paths[#paths + 1] = lines[i] end
end

function request()
  count = count + 1
  local path = paths[(count - 1) % #paths + 1]
  local headers = {
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d",
      math.floor(count / 65536) % 256, math.floor(count / 256) % 256, count % 256),
    ["X-Forwarded-Proto"] = "https",
  }
  if body_head then
    headers["Content-Type"] = "application/json"
    headers["Idempotency-Key"] = run .. "-" .. count
    return wrk.format("POST", path, headers, body_head .. count .. body_tail)
  end
  if anew then
    path = path .. (path:find("?", 1, true) and "&" or "?") .. "n=" .. run .. count
  end
  return wrk.format("GET", path, headers)
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
