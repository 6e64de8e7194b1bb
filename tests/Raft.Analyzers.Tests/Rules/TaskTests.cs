using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0022 and RAFT0023: tasks of the library, in any code.</summary>
public class TaskTests
{
    [Fact]
    public Task Task_UsedTwice_IsReported() => Verify.TasksAsync(Caller(
        """
        ValueTask<long> twice = proposer.ProposeAsync("a");
        await twice;
        await {|RAFT0022:twice|};

        var converted = node.ReadBarrierAsync();
        Task first = converted.AsTask();
        await {|RAFT0022:converted|}.ConfigureAwait(false);

        ValueTask<long> repeated = proposer.ProposeAsync("a");
        for (int round = 0; round < 2; round++)
        {
            await {|RAFT0022:repeated|};
        }

        ValueTask<long> afterACondition = proposer.ProposeAsync("a");
        if (first.IsCompleted)
        {
            await afterACondition;
        }

        await {|RAFT0022:afterACondition|};
        """));

    [Fact]
    public Task Task_UsedOnce_IsNotReported() => Verify.TasksAsync(Caller(
        """
        ValueTask<long> once = proposer.ProposeAsync("a");
        if (!once.IsCompleted)
        {
            await Task.Yield();
        }

        await once;

        ValueTask<long> either = proposer.ProposeAsync("a");
        if (once.IsCompleted)
        {
            await either;
        }
        else
        {
            await either.ConfigureAwait(false);
        }

        ValueTask<long> assigned = proposer.ProposeAsync("a");
        await assigned;
        assigned = proposer.ProposeAsync("b");
        await assigned;

        ValueTask<long> returned = proposer.ProposeAsync("a");
        if (either.IsCompleted)
        {
            await returned;
            return;
        }

        await returned;

        foreach (string command in new[] { "a", "b" })
        {
            ValueTask<long> inner = proposer.ProposeAsync(command);
            await inner;
        }

        ValueTask other = ValueTask.CompletedTask;
        await other;
        await other;
        """));

    [Fact]
    public Task Task_Dropped_IsReported() => Verify.TasksAsync(Code.Types(
        """
        public static class Caller
        {
            public static void Call(RaftNode node, IProposer<string, long> proposer, RaftNode? missing)
            {
                {|RAFT0023:proposer.ProposeAsync("a")|};
                {|RAFT0023:node.ReadBarrierAsync()|};
                missing?{|RAFT0023:.ReadBarrierAsync()|};
            }
        }
        """));

    [Fact]
    public Task Task_AwaitedDiscardedOrOfOthers_IsNotReported() => Verify.TasksAsync(Caller(
        """
        await proposer.ProposeAsync("a");
        _ = proposer.ProposeAsync("a");
        Other();
        static ValueTask Other() => default;
        """));

    [Fact]
    public Task Tasks_Suppressed_AreNotReported() => Verify.TasksAsync(Caller(
        """
        #pragma warning disable RAFT0022, RAFT0023
        proposer.ProposeAsync("a");
        ValueTask<long> twice = proposer.ProposeAsync("a");
        await twice;
        await twice;
        """));

    private static string Caller(string body) => Code.Types(
        $$"""
        public static class Caller
        {
            public static async Task CallAsync(RaftNode node, IProposer<string, long> proposer)
            {
        {{body}}
            }
        }
        """);
}
