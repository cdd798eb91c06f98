static uint8_t *$g_table;

@op(set)
{
@fields(set; number:u32, value:u8)
@guard
@<@{int@|int32_t@}@|@{unsigned@|uint32_t@}@> $into = $number;

if (!$g_table)
$g_table = calloc(@CAP, 1);
@refuse(!$g_table || $into >= @CAP)
$g_table[$into] = (uint8_t)$value;
@ok;
}

@op(tally)
{
@fields(tally; amount:u8)
unsigned $acc = $amount;

@refuse(!$g_table)
@each($i, @CAP)
$acc += $g_table[$i] * @MUL;
printf("@{%u@|tally %u@|sum %x@}\n", $acc);
@ok;
}
