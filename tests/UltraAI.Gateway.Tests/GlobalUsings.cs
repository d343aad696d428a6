global using UltraAI.Gateway.Tests.Functional.Common;
global using Xunit;
