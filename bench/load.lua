-- One load of wrk: addresses in turn, each request from an address of its own, so that the site's usual
-- rate limits hold and still refuse nobody. Arguments: the case as lines of a file (see load.py).
local paths, heads, tails, given, marker = {}, {}, {}, {}, nil
local anew, run, count = false, "", 0

local function parted(line)
  local at = line:find("\t", 1, true)
  return line:sub(1, at - 1), line:sub(at + 1)
end

function init(args)
  local lines = {}
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  anew, run, marker = lines[1] == "anew", lines[2], lines[3]
  local expected, keep, extra = tonumber(lines[4]), lines[5], tonumber(lines[6])
  for i = 7, 6 + extra do
    local name, value = parted(lines[i])
    given[name] = value
  end
  for i = 7 + extra, #lines do
    local path, body = parted(lines[i])
    local n = #paths + 1
    paths[n], heads[n] = path, nil
    if body ~= "" then
      local from, to = body:find(marker, 1, true)
      heads[n] = from and body:sub(1, from - 1) or body
      tails[n] = from and body:sub(to + 1)
    end
  end
  if keep ~= "" then
    -- Only then: taking answers apart costs wrk time.
    local file = io.open(keep, "w")
    response = function(status, _, body)
      if status == expected then
        file:write(body, "\n")
        file:flush()
      end
    end
  end
end

function request()
  count = count + 1
  local n = (count - 1) % #paths + 1
  local path = paths[n]
  local headers = {
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d",
      math.floor(count / 65536) % 256, math.floor(count / 256) % 256, count % 256),
    ["X-Forwarded-Proto"] = "https",
  }
  for name, value in pairs(given) do headers[name] = value end
  if heads[n] then
    headers["Content-Type"] = "application/json"
    headers["Idempotency-Key"] = run .. "-" .. count
    return wrk.format("POST", path, headers, tails[n] and heads[n] .. count .. tails[n] or heads[n])
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
