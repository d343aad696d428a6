using System.Text.RegularExpressions;
using Xunit;

namespace UltraAI.Gateway.Tests.Architecture;

/// <summary>One handler for all traffic to providers: the analyzer says so, and nobody may silence it.</summary>
public sealed partial class SharedHandlerTests
{
    // The transport's one file; datagrams to oneself; the command line's client, which talks to a gateway and to no provider.
    private static readonly string[] MaySuppress = ["SharedHttpHandler.cs", "SocketThreads.cs", "GatewayClient.cs"];

    [Theory]
    [InlineData("T:System.Net.Http.HttpClient;")]
    [InlineData("T:System.Net.Http.HttpClientHandler;")]
    [InlineData("T:System.Net.Http.SocketsHttpHandler;")]
    [InlineData("T:System.Net.Http.IHttpClientFactory;")]
    [InlineData("T:System.Net.WebSockets.ClientWebSocket;")]
    [InlineData("T:System.Net.Sockets.TcpClient;")]
    [InlineData("T:System.Net.Sockets.Socket;")]
    [InlineData("T:System.Activator;")]
    public void OtherWaysToTheNetwork_AreBanned(string symbol)
    {
        Assert.Contains(symbol, File.ReadAllText(Repository.Path("BannedSymbols.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void BannedSymbol_IsAnError()
    {
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", File.ReadAllText(Repository.Path(".editorconfig")), StringComparison.Ordinal);
        Assert.Contains("BannedSymbols.txt", File.ReadAllText(Repository.Path("src", "UltraAI.Gateway", "UltraAI.Gateway.csproj")), StringComparison.Ordinal);
    }

    [Fact]
    public void Suppression_StandsInTheOneTransportFileAndTheCommandLinesClientOnly()
    {
        var files = Repository.ProductSources()
            .Where(file => SuppressionPattern().IsMatch(File.ReadAllText(file)))
            .Select(Path.GetFileName);

        Assert.Equal(MaySuppress.Order(), files.Order());
    }

    [Fact]
    public void SocketThreads_MakesDatagramSocketsOfThisMachineOnly()
    {
        var text = File.ReadAllText(Repository.ProductSources().Single(file => Path.GetFileName(file) == "SocketThreads.cs"));

        Assert.Equal("new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)", Assert.Single(NewSocketPattern().Matches(text)).Value);
        Assert.Contains("socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));", text, StringComparison.Ordinal);
        Assert.DoesNotContain("using System.Net.Http", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Suppression_DoesNotStandInProjectFiles()
    {
        string[] files = ["Directory.Build.props", "src/UltraAI.Gateway/UltraAI.Gateway.csproj"];

        Assert.All(files, file => Assert.DoesNotContain("RS0030", File.ReadAllText(Repository.Path(file.Split('/'))), StringComparison.Ordinal));
        Assert.Single(Regex.Matches(File.ReadAllText(Repository.Path(".editorconfig")), "RS0030"));
    }

    [Fact]
    public void Handler_IsMadeOnce()
    {
        var places = Repository.ProductSources().SelectMany(file => HandlerPattern().Matches(File.ReadAllText(file)).Select(_ => Path.GetFileName(file)));

        Assert.Equal(["SharedHttpHandler.cs"], places);
    }

    [GeneratedRegex("RS0030|BannedApiAnalyzers|SuppressMessage|generated_code")]
    private static partial Regex SuppressionPattern();

    [GeneratedRegex(@"new\s+(?:Socket|TcpClient|UdpClient)\([^)]*\)")]
    private static partial Regex NewSocketPattern();

    [GeneratedRegex(@"new\s+(?:System\.Net\.Http\.)?SocketsHttpHandler|SocketsHttpHandler\s+\w+\s*=\s*new")]
    private static partial Regex HandlerPattern();
}
