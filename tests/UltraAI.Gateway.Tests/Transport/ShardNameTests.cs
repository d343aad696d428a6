using UltraAI.Gateway.Transport.Pools;
using UltraAI.Gateway.Transport.Shards;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

/// <summary>The names that the handler keeps its pools by.</summary>
public sealed class ShardNameTests
{
    [Theory]
    [InlineData("api.openai.com", 1)]
    [InlineData("127.0.0.1", 15)]
    [InlineData("a.shard2.invalid", 3)]
    public void Name_IsReadAsItWasMade(string host, int shard)
    {
        Assert.Equal((host, shard), ShardName.Read(ShardName.Of(host, shard)));
    }

    [Theory]
    [InlineData("api.openai.com")]
    [InlineData("shard1.invalid")]
    [InlineData("host.shardx.invalid")]
    [InlineData("host.shard-1.invalid")]
    [InlineData("host.shard1.example")]
    [InlineData("")]
    public void OtherName_IsItself(string host)
    {
        Assert.Equal((host, 0), ShardName.Read(host));
    }

    [Theory]
    [InlineData("https://api.openai.com/v1", "/chat?x=1", "https://api.openai.com.shard1.invalid/v1/chat?x=1", "api.openai.com")]
    [InlineData("http://127.0.0.1:8080", "/a%2Fb/../c", "http://127.0.0.1.shard1.invalid:8080/a%2Fb/../c", "127.0.0.1:8080")]
    [InlineData("https://müller.example:444/", "?q", "https://xn--mller-kva.example.shard1.invalid:444/?q", "xn--mller-kva.example:444")]
    public void UriOfAShard_DiffersInItsHostAlone(string baseUrl, string target, string uri, string field)
    {
        var destination = new Destination(baseUrl);

        var sharded = destination.UriOf(target, 1);

        Assert.Equal(uri, sharded.OriginalString);
        Assert.Equal(destination.UriOf(target).PathAndQuery, sharded.PathAndQuery);
        Assert.Equal(field, destination.HostField);
    }
}
