# rows.awk: the rows of a .def file as a mdoc list, put in place of the line
# "@ROWS@" of a page.
#
#   gawk -v rows=include/base/settings.def -f rows.awk man/tshop.conf.5.in

function unquote(s) {
	sub(/^[ \t]*"/, "", s)
	sub(/"[ \t]*$/, "", s)
	gsub(/\\/, "\\e", s)
	return s
}

# A sentence as mdoc text: a leading dot or quote would be a macro.
function text(s) {
	return (s ~ /^[.']/ ? "\\&" s : s)
}

function settings(line,    m) {
	if (!match(line, /^SETTING\(([A-Z0-9_]+), *([A-Z]+), *(.*), *([A-Z0-9|]+), *"(.*)"\)/, m))
		return
	print ".It Ev " m[1]
	print text(m[5]) "."
	if (m[3] ~ /^"."*/ && unquote(m[3]) != "")
		print "Default:\n.Ql " unquote(m[3]) " ."
	if (m[4] != "0")
		print "It must be set."
}

function outcomes(line,    m) {
	if (!match(line, /^OUTCOME\(([A-Z_]+), *([0-9]+), *"(.*)"\)/, m))
		return
	if (m[1] == "TRY_AGAIN")
		return
	print ".It " m[2] " Dv " m[1]
	print text(m[3])
}

$0 == "@ROWS@" {
	while ((getline line < rows) > 0) {
		if (rows ~ /settings/)
			settings(line)
		else
			outcomes(line)
	}
	next
}

{ print }
