namespace Raft.Testing.Tests.Linearizability;

/// <summary>Sequences of words are found again, whatever their number and length.</summary>
public sealed class WordSequencesTests
{
    [Fact]
    public void Sequences_OfManyLengths_AreFoundByTheirNumbers()
    {
        WordSequences sequences = new();
        for (int round = 0; round < 2; round++)
        {
            for (int number = 0; number < 20_000; number++)
            {
                Assert.Equal((number, round == 0), sequences.Add(Sequence(number)));
            }
        }

        Assert.Equal(20_000, sequences.Count);
        Assert.InRange(sequences.Bytes, 20_000 * 4 * sizeof(ulong), 20_000 * 12 * sizeof(ulong));
    }

    [Fact]
    public void Sequence_LongerThanABlock_IsFound()
    {
        WordSequences sequences = new();
        ulong[] words = new ulong[20_000];

        Assert.Equal((0, true), sequences.Add(words));
        Assert.Equal((1, true), sequences.Add(words.AsSpan(1)));
        Assert.Equal((2, true), sequences.Add([]));
        Assert.Equal((0, false), sequences.Add(words));
        Assert.Equal((2, false), sequences.Add([]));
    }

    private static ulong[] Sequence(int number) => [(ulong)number / 7, .. Enumerable.Repeat(1UL, number % 7)];
}
