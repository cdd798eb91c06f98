static unsigned *$g_table;
static size_t $g_top;

@op(push)
{
@fields(push; value:u16)
if (!$g_table)
$g_table = calloc(@CAP, sizeof *$g_table);
@refuse(!$g_table || $g_top @{>= @CAP@|== @CAP@})
$g_table[$g_top++] = $value;
@ok;
}

@op(fold)
{
@fields(fold; kind:u8)
@guard
unsigned $a, $b;

@refuse(!$g_table || $g_top < @<1@|2@>)
$b = $g_table[--$g_top];
$a = $g_table[--$g_top];
@{if ($kind % 3 == 0)
$a += $b;
else if ($kind % 3 == 1)
$a ^= $b;
else
$a *= $b;@|switch ($kind & 3) {
case 0:
$a *= $b;
break;
case 1:
$a -= $b;
break;
default:
$a |= $b;
break;
}@}
$g_table[$g_top++] = $a;
@ok;
}

@op(show)
{
@fields(show; amount:u8)
@refuse($g_top == 0)
printf("@{%u@|top %u@|> %u@}\n", $g_table[$g_top - 1] + $amount);
@ok;
}
