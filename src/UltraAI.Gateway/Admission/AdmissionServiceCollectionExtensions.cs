using UltraAI.Gateway.Metering;

namespace UltraAI.Gateway.Admission;

internal static class AdmissionServiceCollectionExtensions
{
    public static IServiceCollection AddAdmission(this IServiceCollection services) => services
        .AddSingleton(new OutputAverages())
        .AddSingleton<GenAIMetrics>()
        .AddSingleton<AdmissionControl>()
        .AddSingleton<Settlement>();
}
