# openapi.awk: the OpenAPI document as a C string, without its indentation.

BEGIN {
	print "/* Made from openapi.json. */"
	print "#include \"api/openapi.h\""
	print ""
	print "const char openapi_text[] ="
}

{
	sub(/^ +/, "")
	gsub(/["\\]/, "\\\\&")
	print "    \"" $0 "\\n\""
}

END {
	print "    \"\";"
}
