# sqlc.awk: a .sql file of headed statements becomes typed C functions.
#
#   gawk -f sqlc.awk -v form=h cart.sql > cart.h
#   gawk -f sqlc.awk -v form=c cart.sql > cart.c
#
# HACKING.md describes the headers. Each statement gives a struct statement, a
# function sql_NAME() and, for 'rows', a writer sql_NAME_json().

BEGIN {
	split("id text int big bool json bytes time number", kinds, " ")
	for (i in kinds)
		is_kind[kinds[i]] = 1
	c_in["id"] = "struct id "
	c_in["int"] = "int "
	c_in["big"] = "int64_t "
	c_in["bool"] = "bool "
	c_in["bytes"] = "struct bytes "
	file = ARGV[1]
	sub(/.*\//, "", file)
	sub(/\.sql$/, "", file)
}

function die(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}

function trim(s) {
	gsub(/^[ \t]+|[ \t]+$/, "", s)
	return s
}

function camel(s,    parts, n, k, out) {
	n = split(s, parts, "_")
	out = parts[1]
	for (k = 2; k <= n; k++)
		out = out toupper(substr(parts[k], 1, 1)) substr(parts[k], 2)
	return out
}

function forget() {
	name = ""; params = 0; columns = 0; shape = ""
	no_row = "NOT_FOUND"; breaches = 0; reads = anew = 0; text = ""; open = ""
	note = ""
}

# "owner id, design id?" into arrays; returns how many.
function pairs(list, names, types, maybe,    items, n, k, w) {
	list = trim(list)
	if (list == "")
		return 0
	n = split(list, items, /,/)
	for (k = 1; k <= n; k++) {
		if (split(trim(items[k]), w, /[ \t]+/) != 2)
			die("'" items[k] "' is not 'name type'")
		names[k] = w[1]
		maybe[k] = sub(/\?$/, "", w[2])
		types[k] = w[2]
		if (!(w[2] in is_kind))
			die("there is no type '" w[2] "'")
	}
	return n
}

function header(line,    m) {
	line = open " " line
	open = ""
	line = trim(line)
	# A list that ends in a comma, or lacks its parenthesis, goes on.
	if (line ~ /,$/ || (line ~ /^[a-z_0-9]+\(/ && line !~ /\)$/)) {
		open = line
		return
	}
	if (match(line, /^([a-z_0-9]+)\((.*)\)$/, m)) {
		name = m[1]
		params = pairs(m[2], p_name, p_type, p_maybe)
	} else if (match(line, /^one row[ \t]+(.*)$/, m)) {
		shape = "one"
		columns = pairs(m[1], c_name, c_type, c_maybe)
	} else if (match(line, /^rows[ \t]+(.*)$/, m)) {
		shape = "rows"
		columns = pairs(m[1], c_name, c_type, c_maybe)
	} else if (line == "touched") {
		shape = "touched"
	} else if (line == "reads") {
		reads = 1
	} else if (line == "anew") {
		anew = 1
	} else if (match(line, /^no row[ \t]+([A-Z_]+)$/, m)) {
		no_row = m[1]
	} else if (match(line, /^breach[ \t]+([a-z_0-9]+)[ \t]+([A-Z_]+)$/, m)) {
		b_name[++breaches] = m[1]
		b_outcome[breaches] = m[2]
	} else {
		die("what is '" line "'?")
	}
}

function member(k,    s) {
	s = c_name[k]
	gsub(/\?/, "", s)
	gsub(/\./, "_", s)
	return s
}

function c_type_of(type) {
	return type in c_in ? c_in[type] : "const char *"
}

function signature(    k, s, t) {
	s = "enum outcome\nsql_" name "(struct db *db"
	for (k = 1; k <= params; k++) {
		t = c_type_of(p_type[k])
		if (p_maybe[k] && p_type[k] ~ /^(int|big|bool)$/)
			t = "const " t "*"
		s = s ",\n    " t p_name[k]
	}
	if (shape == "rows")
		s = s ",\n    struct sql_" name " **rows, int *count"
	else if (shape == "one" && columns == 1)
		s = s ",\n    " c_type_of(c_type[1]) "*" member(1)
	else if (shape == "one")
		s = s ",\n    struct sql_" name " *out"
	else if (shape == "touched")
		s = s ",\n    int *touched"
	return s ")"
}

function has_struct() {
	return shape == "rows" || (shape == "one" && columns > 1)
}

function needs_has(k) {
	return c_maybe[k] && c_type[k] ~ /^(int|big|bool)$/
}

function emit_h(    k) {
	print ""
	if (note != "")
		print "/*" note "\n */"
	if (has_struct()) {
		print "struct sql_" name " {"
		for (k = 1; k <= columns; k++) {
			print "\t" c_type_of(c_type[k]) member(k) ";"
			if (needs_has(k))
				print "\tbool has_" member(k) ";"
		}
		print "};"
	}
	print "extern const struct statement sql_" name "_statement;"
	print signature() ";"
	if (shape == "rows")
		print "void sql_" name "_json(struct buf *b, const struct sql_" \
		    name " *rows, int count);"
}

function getter(k, row) {
	if (c_type[k] ~ /^(id|int|big|bool|bytes)$/)
		return "result_" c_type[k] "(result, " row ", " (k - 1) ")"
	return "result_text(result, " row ", " (k - 1) ")"
}

function param_of(k,    v) {
	v = p_name[k]
	if (p_type[k] == "id")
		return "param_id(db, " v ")"
	if (p_type[k] == "bytes")
		return "param_bytes(db, " v ")"
	if (p_type[k] ~ /^(int|big)$/)
		return p_maybe[k] ? v " ? param_int(db, *" v ") : NULL" \
		    : "param_int(db, " v ")"
	if (p_type[k] == "bool")
		return p_maybe[k] ? v " ? param_bool(*" v ") : NULL" \
		    : "param_bool(" v ")"
	return v
}

function emit_fill(target, row,    k) {
	for (k = 1; k <= columns; k++) {
		print "\t" target member(k) " = " getter(k, row) ";"
		if (needs_has(k))
			print "\t" target "has_" member(k) \
			    " = result_text(result, " row ", " (k - 1) ") != NULL;"
	}
}

function emit_value(k,    m) {
	m = "rows[i]." member(k)
	if (c_type[k] == "id" )
		return "buf_json(b, " m ".text[0] ? " m ".text : NULL);"
	if (c_type[k] == "text")
		return "buf_json(b, " m ");"
	if (c_type[k] == "time")
		return "buf_json_time(b, " m ");"
	if (c_type[k] ~ /^(int|big)$/)
		m = "buf_int(b, " m ");"
	else if (c_type[k] == "bool")
		m = "buf_json_bool(b, " m ");"
	else
		return "buf_text(b, " m " ? " m " : \"null\");"
	if (needs_has(k))
		return "if (rows[i].has_" member(k) ")\n\t\t\t" m \
		    "\n\t\telse\n\t\t\tbuf_text(b, \"null\");"
	return m
}

# What stands between values is known now: collected, and put in one piece.
function put(what) {
	literal = literal what
}

function put_now(    quoted) {
	quoted = literal
	gsub(/"/, "\\\"", quoted)
	if (literal != "")
		print "\t\tbuf_literal(b, \"" quoted "\");"
	literal = ""
}

function put_key(key) {
	put((fresh ? "" : ",") "\"" camel(key) "\":")
	fresh = 0
}

function close_object() {
	put("}")
	put_now()
	if (closing)
		print "\t\t}"
	fresh = 0
}

# The object of a row's columns outer.*; null where its first column is.
function open_object(outer, maybe, k) {
	put_key(outer)
	put_now()
	closing = maybe
	if (maybe)
		print "\t\tif (!rows[i]." member(k) (c_type[k] == "id" ? \
		    ".text[0]" : "") ")\n\t\t\tbuf_text(b, \"null\");\n\t\telse {"
	put("{")
	fresh = 1
}

# Columns a.b, a.c stand together and become an object.
function emit_json(    k, inside, outer, own, maybe, m) {
	print "void\nsql_" name "_json(struct buf *b, const struct sql_" name \
	    " *rows, int count)\n{\n\t(void)rows; /* columns may all be keys */\n\tbuf_char(b, '[');"
	print "\tfor (int i = 0; i < count; i++) {"
	print "\t\tif (i)\n\t\t\tbuf_char(b, ',');"
	put("{")
	fresh = 1
	inside = ""
	for (k = 1; k <= columns; k++) {
		if (c_name[k] ~ /_$/ || c_type[k] == "bytes")
			continue
		outer = ""; own = c_name[k]
		if (match(c_name[k], /^([a-z_0-9]+)(\??)\.(.*)$/, m)) {
			outer = m[1]; maybe = m[2] == "?"; own = m[3]
		}
		if (outer != inside) {
			if (inside != "")
				close_object()
			if (outer != "")
				open_object(outer, maybe, k)
			inside = outer
		}
		put_key(own)
		put_now()
		print "\t\t" emit_value(k)
	}
	if (inside != "")
		close_object()
	put("}")
	put_now()
	print "\t}\n\tbuf_char(b, ']');\n}"
}

function emit_c(    k, line, lines, n) {
	print ""
	if (breaches) {
		print "static const struct breach " name "_breaches[] = {"
		for (k = 1; k <= breaches; k++)
			print "\t{ \"" b_name[k] "\", " b_outcome[k] " },"
		print "\t{ NULL, OK },\n};\n"
	}
	print "const struct statement sql_" name "_statement = {"
	print "\t.name = \"" name "\",\n\t.params = " params ","
	print "\t.reads = " (reads ? "true" : "false") ","
	print "\t.anew = " (anew ? "true" : "false") ","
	if (breaches)
		print "\t.breaches = " name "_breaches,"
	print "\t.text ="
	n = split(text, lines, "\n")
	for (k = 1; k < n; k++) {
		line = lines[k]
		gsub(/\\/, "\\\\", line)
		gsub(/"/, "\\\"", line)
		print "\t    \"" line "\\n\"" (k == n - 1 ? "," : "")
	}
	print "};\n"
	print signature() "\n{"
	if (params) {
		print "\tconst char *params[] = {"
		for (k = 1; k <= params; k++)
			print "\t\t" param_of(k) ","
		print "\t};"
	} else
		print "\tconst char *const *params = NULL;"
	print "\tstruct result *result;\n"
	print "\tTRY(db_run(db, &sql_" name "_statement, params, &result));"
	if (shape == "rows") {
		print "\t*count = result_rows(result);"
		print "\t*rows = arena_array(db_arena(db), struct sql_" name \
		    ", *count + 1);"
		print "\tfor (int i = 0; i < *count; i++) {"
		emit_fill("(*rows)[i].", "i")
		print "\t}"
	} else if (shape == "one") {
		print "\tif (result_rows(result) == 0)\n\t\treturn " no_row ";"
		if (columns == 1)
			print "\t*" member(1) " = " getter(1, "0") ";"
		else
			emit_fill("out->", "0")
	} else if (shape == "touched") {
		print "\t*touched = result_touched(result);"
		if (no_row_said)
			print "\tif (*touched == 0)\n\t\treturn " no_row ";"
	}
	print "\treturn OK;\n}"
	if (shape == "rows") {
		print ""
		emit_json()
	}
}

function finish() {
	if (name == "")
		return
	if (text == "")
		die("statement " name " has no text")
	if (form == "h")
		emit_h()
	else
		emit_c()
	forget()
	no_row_said = 0
}

FNR == 1 {
	forget()
	guard = "TSHOP_SQL_" toupper(file) "_H"
	print "/* Made from " file ".sql by sqlc.awk. */"
	if (form == "h") {
		print "#ifndef " guard "\n#define " guard "\n"
		print "#include \"db/statement.h\""
	} else {
		print "#include \"sql/" file ".h\""
	}
}

/^--:/ {
	sub(/^--:[ \t]*/, "")
	if (text != "")
		finish()
	if ($0 ~ /^no row/)
		no_row_said = 1
	header($0)
	next
}

/^--/ {
	if (text == "") {
		if (name != "") {
			sub(/^--/, "")
			if ($0 !~ /^[ \t]*$/)
				note = note "\n *" $0
		}
		next
	}
}

/^[ \t]*$/ { next }

name != "" {
	line = $0
	last = line ~ /;[ \t]*(--.*)?$/
	if (last)
		sub(/;[ \t]*(--.*)?$/, "", line)
	text = text line "\n"
	if (last)
		finish()
	next
}

{ die("a statement without a header") }

END {
	if (failed)
		exit 1
	if (name != "")
		die("statement " name " does not end in ;")
	if (form == "h")
		print "\n#endif"
}
