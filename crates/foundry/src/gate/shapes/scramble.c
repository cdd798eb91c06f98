static unsigned $f_make(unsigned $word)
{
$word ^= @KEY;
$word = $word << @TURN | $word >> @STAY;
return $word * @MUL;
}

@op(gate)
{
@fields(gate; value:u32)
@guard
@refuse($f_make($value) != @GOAL)
$$phase = @LEVEL;
printf("@{%u@|level %u@|go on %u@}\n", $$phase);
@ok;
}
