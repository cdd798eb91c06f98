@op(gate)
{
@fields(gate; text:bytes)
@guard
unsigned $hash = @SALT;

@each($i, $text_n) {
$hash = ($hash ^ $text[$i]) * @MUL;
$hash ^= $hash >> @TURN;
}
@refuse($text_n < 5 || $hash >> 8 != @GOAL)
$$phase = @LEVEL;
printf("@{%u@|standing %u@|reached %u@}\n", $$phase);
@ok;
}
