using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using UltraAI.Gateway.Benchmarks;

// In this process, so that no second project has to be made and built. Allocations are exact all the same.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob((args.Contains("--short") ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default);
string[] words = [.. args.Where(word => word != "--short")];
BenchmarkSwitcher.FromAssembly(typeof(KeyLookupBenchmarks).Assembly).Run(words.Length == 0 ? ["--filter", "*"] : words, config);
