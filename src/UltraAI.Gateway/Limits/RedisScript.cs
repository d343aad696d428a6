using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Limits;

/// <summary>A Lua script of <c>Limits/Scripts</c>, and the name that Redis knows it by.</summary>
internal sealed class RedisScript
{
    private RedisScript(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        Text = reader.ReadToEnd();
#pragma warning disable CA5350 // Redis names its scripts by SHA-1: https://redis.io/docs/latest/commands/evalsha/
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
#pragma warning restore CA5350
    }

    public static RedisScript Limits { get; } = new("limits.lua");

    public static RedisScript Instance { get; } = new("instance.lua");

    public string Text { get; }

    public byte[] Hash { get; }
}
