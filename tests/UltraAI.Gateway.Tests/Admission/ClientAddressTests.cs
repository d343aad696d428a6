using System.Net;
using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Admission;
using Xunit;

namespace UltraAI.Gateway.Tests.Admission;

public sealed class ClientAddressTests
{
    private static readonly IPNetwork[] Trusted = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    [Theory]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")]
    [InlineData("10.1.1.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.1.1.1", "192.0.2.66, 198.51.100.1", "198.51.100.1")]
    [InlineData("10.1.1.1", "192.0.2.66, 198.51.100.1, 10.2.2.2", "198.51.100.1")]
    [InlineData("10.1.1.1", "198.51.100.1:4711", "198.51.100.1")]
    [InlineData("10.1.1.1", "[2001:db8::7]:4711", "2001:db8::7")]
    [InlineData("10.1.1.1", "10.3.3.3", "10.3.3.3")]
    [InlineData("10.1.1.1", "", "10.1.1.1")]
    [InlineData("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("fd00::1", "::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("10.1.1.1", "unknown", null)]
    [InlineData("10.1.1.1", "198.51.100.1, evil", null)]
    public void Of_TakesTheRightMostUntrustedHop(string peer, string forwardedFor, string? expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Headers["X-Forwarded-For"] = forwardedFor;

        Assert.Equal(expected, ClientAddress.Of(context, Trusted)?.ToString());
    }
}
