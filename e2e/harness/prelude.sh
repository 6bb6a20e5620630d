# What the examples in docs/ stand on: $url, $token and $project come from the environment.

expected=

# api [CURL OPTION…] URL: one request, which has to be answered below 400, or as $expected says.
# A stream (-N) is listened to for two seconds.
api() {
  local answer status code=0 limit=30
  [[ " $* " == *" -N "* ]] && limit=2
  answer=$(mktemp)
  status=$(curl -sS -o "$answer" -w '%{http_code}' --max-time "$limit" -H "Authorization: Bearer $token" \
    -H "Content-Type: application/json" "$@" 2>"$answer.error") || code=$?
  cat "$answer"
  echo
  if [[ $code -ne 0 && ! ( $code -eq 28 && $limit -eq 2 ) ]]; then
    cat "$answer.error" >&2
  elif (( expected ? status == expected : status >= 200 && status < 400 )); then
    return 0
  fi
  echo "${BASH_SOURCE[1]}: line ${BASH_LINENO[0]}: the request was answered $status${expected:+ instead of $expected}" >&2
  return 1
}

# json '["secret"]["id"]': that part of the JSON answer on standard input.
json() { python3 -c 'import json,sys; print(eval("json.load(sys.stdin)" + sys.argv[1]))' "$1"; }

# says TEXT COMMAND…: the command prints TEXT somewhere.
says() {
  local text=$1
  shift
  local output
  output=$("$@")
  [[ $output == *"$text"* ]] || { echo "${BASH_SOURCE[1]}: line ${BASH_LINENO[0]}: not in the answer: $text: $output" >&2; return 1; }
}
