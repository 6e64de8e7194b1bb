namespace Raft.Consensus.Tests.Safety;

/// <summary>
/// Figure 3: election safety, log matching, leader completeness and state machine safety hold at all times, whatever fails.
/// </summary>
public sealed class RandomSafetyTests
{
    private const int Steps = 5_000;

    [Theory]
    [InlineData(3, 1, 250)]
    [InlineData(5, 1_001, 150)]
    [InlineData(2, 2_001, 30)]
    [InlineData(4, 3_001, 30)]
    public void Cluster_RandomFaults_KeepsEveryPropertyAndRecovers(int nodes, int firstSeed, int seeds)
    {
        long committed = 0;
        long terms = 0;
        long installs = 0;
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            (int Committed, int Terms, int Installs) result = Run(nodes, seed);
            committed += result.Committed;
            terms += result.Terms;
            installs += result.Installs;
        }

        // A run in which nothing happens proves nothing.
        Assert.True(committed / seeds >= 20, $"only {committed / seeds} entries committed in a run");
        Assert.True(terms / seeds >= 4, $"only {terms / seeds} leaders elected in a run");

        // Of two nodes, both hold what is committed, so that neither ever needs a snapshot.
        Assert.True(nodes == 2 || installs >= seeds, $"only {installs} snapshots installed in {seeds} runs");
    }

    private static (int Committed, int Terms, int Installs) Run(int nodes, int seed)
    {
        RandomRun run = new(nodes, seed);
        int step = 0;
        try
        {
            for (; step < Steps; step++)
            {
                run.Step();
            }

            run.Settle();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{nodes} nodes, seed {seed}, step {step}: {e.Message}", e);
        }

        return (run.Committed, run.Terms, run.Installs);
    }
}
