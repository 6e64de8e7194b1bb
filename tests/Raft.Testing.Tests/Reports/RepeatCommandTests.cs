using System.Diagnostics;

namespace Raft.Testing.Tests.Reports;

/// <summary>The command in a failure message finds the test, whatever runs it.</summary>
public sealed class RepeatCommandTests
{
    private const string Xunit = "xunit.v3.core";
    private const string XunitConsole = "xunit.v3.runner.inproc.console";
    private const string Platform = "Microsoft.Testing.Platform";

    [Theory]
    [InlineData("dotnet test --filter-method \"T.M\"", new[] { Xunit, XunitConsole, Platform }, new[] { "--server", "dotnettestcli" })]
    [InlineData("dotnet test --filter \"FullyQualifiedName~T.M\"", new[] { Xunit, XunitConsole }, new[] { "-automated", "async" })]
    [InlineData("dotnet run -- -method \"T.M\"", new[] { Xunit, XunitConsole, Platform }, new string[0])]
    [InlineData("dotnet run -- --filter-method \"T.M\"", new[] { Xunit, Platform }, new string[0])]
    [InlineData("dotnet test --filter \"FullyQualifiedName~T.M\"", new[] { "nunit.framework" }, new[] { "--port", "123" })]
    [InlineData("dotnet test --filter \"FullyQualifiedName~T.M\"", new[] { "MSTest", Platform }, new[] { "--server", "dotnettestcli" })]
    [InlineData("dotnet run -- --filter \"FullyQualifiedName~T.M\"", new[] { "MSTest", Platform }, new string[0])]
    public void Command_SuitsWhatRunsTheTest(string expected, string[] loaded, string[] arguments) => Assert.Equal(
        expected,
        RepeatCommand.Describe("T.M", RepeatCommand.FindRunner(loaded, arguments), RepeatCommand.IsDotnetTest(loaded, arguments)));

    [Fact]
    public void Method_OfANestedClass_IsNamedAsReflectionDoes() => Nested.Test();

    [Theory]
    [InlineData("Raft.Core")]
    [InlineData("Raft.Consensus")]
    [InlineData("Raft.Storage.Files")]
    [InlineData("Raft.Transport.Tcp")]
    [InlineData("Raft.Testing")]
    [InlineData("System.Private.CoreLib")]
    public void Assembly_OfALibrary_IsNotTheUsers(string name)
    {
        Assert.True(UserFrame.IsOthers($"{name}, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null"));
        Assert.False(UserFrame.IsOthers($"{name}s.Tests, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null")
            && !name.StartsWith("System", StringComparison.Ordinal));
    }

    [Fact]
    public void Frame_InANestedClass_IsShownAsInTheSource() =>
        Assert.Equal("a lambda in T.Nested.M", UserFrame.DescribeMethod("T+Nested+<>c", "<M>b__0_0"));

    private static class Nested
    {
        public static void Test() => Assert.EndsWith(
            $"RepeatCommandTests.{nameof(Method_OfANestedClass_IsNamedAsReflectionDoes)}\"",
            RepeatCommand.Find(new StackTrace())!,
            StringComparison.Ordinal);

        public sealed class Tests
        {
            [Fact]
            public void Method_IsFound() => Assert.EndsWith(
                "Raft.Testing.Tests.Reports.RepeatCommandTests+Nested+Tests.Method_IsFound\"",
                RepeatCommand.Find(new StackTrace())!,
                StringComparison.Ordinal);
        }
    }
}
