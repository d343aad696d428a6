namespace UltraAI.Gateway.Limits;

/// <summary>What the script says of one limit.</summary>
/// <param name="Generation">The life of what this instance holds.</param>
/// <param name="Extra">Granted on top.</param>
/// <param name="First">A bucket's level; the slots that are taken by all instances.</param>
/// <param name="Second">What is outstanding of a bucket; the slots of this instance.</param>
internal readonly record struct RedisAnswer(long Generation, long Extra, long First, long Second);
