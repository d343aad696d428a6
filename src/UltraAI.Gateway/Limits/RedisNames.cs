namespace UltraAI.Gateway.Limits;

/// <summary>Names in Redis. All carry one hash tag, so that one script may touch any of them on a cluster.</summary>
/// <remarks>https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags</remarks>
internal sealed class RedisNames(string prefix)
{
    private readonly string _root = "{" + prefix + "}:l:";

    /// <summary>The instances that live.</summary>
    public string Instances { get; } = "{" + prefix + "}:l:instances";

    /// <summary>What the names of a subject's limits begin with.</summary>
    public string Of(LimitSubject subject) => _root + subject.Id;
}
