static int $$fetch(unsigned $width, unsigned *$value)
{
uint8_t $buf[4];

if (fread($buf, 1, $width, stdin) != $width)
return 0;
*$value = 0;
@each($i, $width)
%JOIN%
return 1;
}

int main(void)
{
static const uint8_t $title[] = { %MAGIC% };
uint8_t $head[sizeof $title];
unsigned $kind, $size;

if (fread($head, 1, sizeof $head, stdin) != sizeof $head || memcmp($head, $title, sizeof $title) != 0) {
fputs("this is not %FILE%\n", stderr);
return 1;
}
while ($$fetch(%FIRST%)) {
%CHECK_DECLARED%
uint8_t *$buf = NULL;
int $a = 0;

if ($$fetch(%SECOND%) && $size <= 4096)
$buf = malloc($size ? $size : 1);
if ($buf && fread($buf, 1, $size, stdin) == $size) {
%MASK%
%CHECK%
$a = %CHECK_HOLDS%;
}
if ($a) {
unsigned $next = $$digest;

@each($i, $size)
$next = $$step($next, $buf[$i]);
struct $$cursor $in = { $buf, %BOUND_START% };
$a = $$dispatch($kind, &$in) == %TAKEN%;
$$digest = $next;
}
free($buf);
if (!$a) {
fputs("a record of %FILE% is not right\n", stderr);
return 1;
}
}
puts("end");
return 0;
}
