@op(gate)
{
@fields(gate; value:u16, amount:u16)
@guard
@refuse($value * $value % @MOD != @GOAL || $amount != ($value >> 3 ^ @KEY))
$$phase = @LEVEL;
printf("@{%u@|square %u@|on %u@}\n", $$phase);
@ok;
}
