static unsigned *$g_table;

@op(set)
{
@fields(set; place:u8, value:u16)
if (!$g_table)
$g_table = calloc(@CAP, sizeof *$g_table);
@refuse(!$g_table || $place >= @CAP)
$g_table[$place] = $value;
@ok;
}

@op(raise)
{
@fields(raise; into:u8, amount:u8)
@guard
@refuse(!$g_table@<@| || $into >= @CAP@>)
@{$g_table[$into] += $amount;@|$g_table[$into] = $g_table[$into] + $amount;@}
printf("@{%u: %u@|%u is %u@|%u=%u@}\n", $into, $g_table[$into]);
@ok;
}
