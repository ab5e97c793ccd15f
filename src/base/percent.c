#include "base/percent.h"

#include <string.h>

#include "base/number.h"

bool bln_percent_keep_unreserved(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

bool bln_percent_keep_path(unsigned char byte)
{
	return bln_percent_keep_unreserved(byte) || (byte != '\0' && strchr("/!$&'()*+,;=:@", byte));
}

bool bln_percent_keep_hive(unsigned char byte)
{
	return byte >= ' ' && byte != 0x7f && !strchr("\"#%'*/:=?\\{[]^", byte);
}

void bln_percent_encode(struct bln_text *text, const char *bytes, size_t length, bln_percent_keep *keep)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t kept = 0; /* from here on nothing is written yet */

	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)bytes[i];
		const char escape[3] = { '%', hex[byte >> 4], hex[byte & 15] };

		if (keep(byte))
			continue;
		bln_text_add_bytes(text, bytes + kept, i - kept);
		bln_text_add_bytes(text, escape, sizeof(escape));
		kept = i + 1;
	}
	if (kept < length)
		bln_text_add_bytes(text, bytes + kept, length - kept);
}

bool bln_percent_decode(struct bln_text *text, const char *bytes, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < length; i++)
		if (bytes[i] == '%' &&
		    (length - i < 3 || bln_hex_value(bytes[i + 1]) < 0 || bln_hex_value(bytes[i + 2]) < 0))
			return false;
	for (size_t i = 0; i < length; i++) {
		char decoded;

		if (bytes[i] != '%')
			continue;
		decoded = (char)(bln_hex_value(bytes[i + 1]) * 16 + bln_hex_value(bytes[i + 2]));
		bln_text_add_bytes(text, bytes + kept, i - kept);
		bln_text_add_bytes(text, &decoded, 1);
		i += 2;
		kept = i + 1;
	}
	if (kept < length)
		bln_text_add_bytes(text, bytes + kept, length - kept);
	return true;
}
