@op(gate)
{
@fields(gate; text:bytes)
@guard
unsigned $acc = 0, $a = 0;

@refuse($text_n != @UNITS)
@each($i, $text_n) {
@refuse($text[$i] <= $a + @GROW)
$a = $text[$i];
$acc += $a @{* ($i % 2 ? @MUL : 1)@|* ($i & 1 ? @MUL : 1u)@};
}
@refuse($acc != @GOAL)
$$phase = @LEVEL;
printf("@{%u@|order %u@|row %u@}\n", $$phase);
@ok;
}
