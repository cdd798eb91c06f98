static uint8_t *$g_table;

@op(link)
{
@fields(link; from:u8, into:u8)
if (!$g_table)
$g_table = calloc(@CAP, 1);
@refuse(!$g_table || $from >= @CAP@<@| || $into >= @CAP@>)
$g_table[$from] = (uint8_t)$into;
@ok;
}

@op(walk)
{
@fields(walk; place:u8, times:u8)
@guard
@refuse(!$g_table || $place >= @CAP)
@{while ($times-- > 0)
$place = $g_table[$place];@|for (; $times; $times--) {
$place = $g_table[$place];
}@}
printf("@{%u@|at %u@|ends in %u@}\n", $place);
@ok;
}
