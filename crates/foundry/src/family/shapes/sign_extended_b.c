static unsigned *$g_table;

static int $f_measure(const uint8_t *$p, size_t $size)
{
int $hash = 0;

@each($i, $size)
$hash = ($hash * @MUL + (@<@{signed char@|char@|int8_t@}@|@{unsigned char@|uint8_t@}@>)$p[$i]) % @MOD;
return $hash;
}

@op(add)
{
@fields(add; text:bytes, value:u16)
@guard
if (!$g_table)
$g_table = calloc(@MOD, sizeof *$g_table);
@refuse(!$g_table || $text_n == 0)
$g_table[$f_measure($text, $text_n)] += $value;
@ok;
}

@op(look)
{
@fields(look; number:u8)
@refuse(!$g_table || $number >= @MOD)
printf("@{%u: %u@|%u has %u@|(%u) %u@}\n", $number, $g_table[$number]);
@ok;
}
