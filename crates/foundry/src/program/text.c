int main(void)
{
static char $line[16384];

if (!fgets($line, sizeof $line, stdin) || strcmp($line, "%MAGIC%\n") != 0) {
fputs("this is not %FILE%\n", stderr);
return 1;
}
while (fgets($line, sizeof $line, stdin)) {
size_t $count = strcspn($line, "\n");
int $a = 1;

$line[$count] = '\0';
if ($count == 0)
continue;
%CHECK%
if ($a) {
size_t $size = strcspn($line, " ");
size_t $place = $line[$size] ? $size + 1 : $size;
unsigned $next = $$digest;

@each($i, $count - $place)
$next = $$step($next, (uint8_t)$line[$place + $i]);
$line[$size] = '\0';
struct $$cursor $in = { (uint8_t *)$line + $place, %BOUND_START% };
$a = $$dispatch($line, &$in) == %TAKEN%;
$$digest = $next;
}
if (!$a) {
fputs("a line of %FILE% is not right\n", stderr);
return 1;
}
}
puts("end");
return 0;
}
