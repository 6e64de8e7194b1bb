using System.Reflection;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>State machines as people write them, and right: no rule may report anything in them.</summary>
public class CorpusTests
{
    public static TheoryData<string> Names() => [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(static name => name.EndsWith(".corpus", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Corpus_HasItsStateMachines() => Assert.Equal(12, Names().Count);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task StateMachine_ThatIsRight_IsNotReported(string name)
    {
        using StreamReader reader = new(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        string source = Code.Types(await reader.ReadToEndAsync(TestContext.Current.CancellationToken));

        await Verify.StateMachineAsync(source);
        await Verify.TasksAsync(source);
    }
}
