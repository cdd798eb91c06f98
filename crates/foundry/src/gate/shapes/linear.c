@op(gate)
{
@fields(gate; left:u16, right:u16)
@guard
@refuse(($left * @KEY + $right * @MUL) % @MOD != @GOAL)
$$phase = @LEVEL;
printf("@{%u@|now %u@|at %u@}\n", $$phase);
@ok;
}
