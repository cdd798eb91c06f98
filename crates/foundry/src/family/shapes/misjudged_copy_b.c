@op(join)
{
@fields(join; left:bytes, right:bytes, kind:u8)
@guard
char $line[@CAP];
size_t $used;

if ($left_n >= sizeof $line || $right_n >= sizeof $line@<@| - $left_n@>) {
puts("@{too long@|no room@|does not fit@}");
@fail;
}
memcpy($line, $left, $left_n);
$used = $left_n;
memcpy($line + $used, $right, $right_n);
$used += $right_n;
$line[$used] = '\0';
printf("@{%s %u@|%s (%u)@|<%s> %u@}\n", $line, $kind);
@ok;
}
