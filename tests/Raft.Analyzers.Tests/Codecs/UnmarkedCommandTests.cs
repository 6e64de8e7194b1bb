using Raft.Analyzers.Codecs;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>RAFT0109.</summary>
public class UnmarkedCommandTests
{
    [Fact]
    public Task DerivedType_WithoutTheAttribute_IsReported() => Verify.AnalyzerAsync<UnmarkedCommandAnalyzer>(Code.Types(
        """
        [RaftCommand]
        public abstract partial record Command;

        public abstract record Between : Command;

        [RaftCommand(1)]
        public sealed record Open : Between;

        public sealed record {|RAFT0109:Close|} : Between;

        public sealed record Other;
        """));
}
