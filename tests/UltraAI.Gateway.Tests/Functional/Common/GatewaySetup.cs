using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>What a test wants other than usual.</summary>
internal sealed record GatewaySetup
{
    /// <value>Changes the <c>Gateway</c> section before the file is written; a null here leaves the usual one.</value>
    public Action<JsonObject>? Configure { get; init; }

    /// <value>True: the admin API is on, with <see cref="GatewayEnvironment.AdminToken"/>.</value>
    public bool HasAdminToken { get; init; }

    /// <value>Puts services in place of the gateway's own.</value>
    public Action<IServiceCollection>? Services { get; init; }

    /// <value>Further words of the command line.</value>
    public string[] Arguments { get; init; } = [];

    /// <value>Captures every category at Trace, also those that the gateway keeps at Warning.</value>
    public bool CapturesEveryCategory { get; init; }

    /// <value>The least level that goes to the captured logs.</value>
    public LogLevel LogLevel { get; init; } = LogLevel.Trace;
}
