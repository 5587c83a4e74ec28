# common_passwords.awk: the list of common passwords as a C table.
#
# The list stands sorted, so that it can be searched as it is; a line out of
# order stops the build. One text and offsets into it: pointers would have to
# be relocated in every worker.

BEGIN {
	print "/* Made from common-passwords.txt. */"
	print "#include <stddef.h>"
	print "#include <stdint.h>"
	print ""
	print "extern const char common_password_text[];"
	print "extern const uint32_t common_password_at[];"
	print "extern const size_t common_password_count;"
	print ""
	print "const char common_password_text[] ="
	last = ""
}

/^# / || /^$/ {
	next
}

($0 "") <= last || $0 != tolower($0) || length($0) > 32 {
	printf "%s:%d: out of order, upper case or too long: %s\n", \
	    FILENAME, FNR, $0 > "/dev/stderr"
	exit failed = 1
}

{
	last = $0 ""
	at[count++] = bytes + 0
	bytes += length($0) + 1
	gsub(/["\\]/, "\\\\&")
	print "    \"" $0 "\\0\""
}

END {
	if (failed)
		exit 1
	print "    \"\";"
	print ""
	print "const uint32_t common_password_at[] = {"
	for (i = 0; i < count; i++)
		print "\t" at[i] ","
	print "};"
	print ""
	print "const size_t common_password_count = " count ";"
}
