struct $t_item {
unsigned $number;
unsigned $value;
unsigned $hash;
};

@op(fill)
{
@fields(fill; count:u8, amount:u16)
@guard
struct $t_item *$buf;
unsigned $acc = 0;

@refuse($count == 0 || $count > @MAX)
@{$buf = malloc(($count + @BIAS) * sizeof @<$buf@|*$buf@>);@|$buf = calloc($count + @BIAS, sizeof @<$buf@|*$buf@>);@}
@refuse(!$buf)
@each($i, $count) {
$buf[$i].$number = (unsigned)$i;
$buf[$i].$value = $amount;
$buf[$i].$hash = $amount ^ (unsigned)$i * @MUL;
}
@each($k, $count)
$acc += $buf[$k].$hash - $buf[$k].$number;
printf("@{%u@|%u in all@|= %u@}\n", $acc);
free($buf);
@ok;
}
