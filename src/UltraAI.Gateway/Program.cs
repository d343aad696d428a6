using UltraAI.Gateway;
using UltraAI.Gateway.Commands;

// First: it has to be set before any socket is made.
InlineScheduling.Enable();

return await GatewayCommandLine.RunAsync(args, GatewayHost.RunAsync);
