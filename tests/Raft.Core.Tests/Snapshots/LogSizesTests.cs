namespace Raft.Core.Tests.Snapshots;

public sealed class LogSizesTests
{
    private const long BytesBetweenMarks = 100;

    [Fact]
    public void BytesAfter_IsNeverLessThanThereAre_AndAtMostOneMarkMore()
    {
        Random random = new(1);
        for (int run = 0; run < 50; run++)
        {
            LogSizes sizes = new(BytesBetweenMarks);
            List<(long Index, long Bytes)> added = Fill(sizes, random);
            long largest = added.Max(static each => each.Bytes);
            foreach (long index in added.Select(static each => each.Index).Append(0))
            {
                long actual = BytesAfter(added, index);
                Assert.InRange(sizes.BytesAfter(index), actual, actual + BytesBetweenMarks + largest);
            }

            Assert.Equal(added.Sum(static each => each.Bytes), sizes.BytesAfter(0));
        }
    }

    [Fact]
    public void IndexWithin_HasNoMoreBytesAfterIt_AndNotManyFewer()
    {
        Random random = new(2);
        for (int run = 0; run < 50; run++)
        {
            LogSizes sizes = new(BytesBetweenMarks);
            List<(long Index, long Bytes)> added = Fill(sizes, random);
            long largest = added.Max(static each => each.Bytes);
            for (long bytes = BytesBetweenMarks; bytes < 3_000; bytes += 37)
            {
                long index = sizes.IndexWithin(bytes);
                Assert.InRange(BytesAfter(added, index), 0, index == 0 ? bytes + added[0].Bytes : bytes);
                if (index > 0)
                {
                    Assert.InRange(BytesAfter(added, index), bytes - BytesBetweenMarks - largest, bytes);
                }
            }
        }
    }

    [Fact]
    public void RemoveBefore_ChangesNothingForLaterIndexes()
    {
        Random random = new(3);
        for (int run = 0; run < 50; run++)
        {
            LogSizes sizes = new(BytesBetweenMarks);
            List<(long Index, long Bytes)> added = Fill(sizes, random);
            long border = added[added.Count / 2].Index;
            long[] remaining = [.. added.Where(each => each.Index >= border).Select(each => each.Index)];
            long[] before = [.. remaining.Select(sizes.BytesAfter)];
            long within = sizes.IndexWithin(500);

            sizes.RemoveBefore(border);

            Assert.Equal(before, remaining.Select(sizes.BytesAfter));
            Assert.Equal(within, within >= border ? sizes.IndexWithin(500) : within);
            sizes.RemoveBefore(1); // was removed before
            Assert.Equal(before, remaining.Select(sizes.BytesAfter));
        }
    }

    [Fact]
    public void EmptyLog_HasNoBytesAfterIt()
    {
        LogSizes sizes = new(BytesBetweenMarks);
        Assert.Equal(0, sizes.BytesAfter(0));
        Assert.Equal(0, sizes.IndexWithin(0));
        sizes.RemoveBefore(10);
    }

    [Fact]
    public void Asking_AllocatesNothing()
    {
        LogSizes sizes = new(BytesBetweenMarks);
        Fill(sizes, new Random(4));
        long sum = 0;

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) // the node asks in every pass of its worker
        {
            sum += sizes.BytesAfter(i) + sizes.IndexWithin(i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    private static List<(long Index, long Bytes)> Fill(LogSizes sizes, Random random)
    {
        List<(long Index, long Bytes)> added = [];
        long index = 0;
        for (int i = 0; i < 100; i++)
        {
            index += random.Next(1, 10);
            long bytes = random.Next(0, 90);
            sizes.Add(index, bytes);
            added.Add((index, bytes));
        }

        return added;
    }

    private static long BytesAfter(List<(long Index, long Bytes)> added, long index) =>
        added.Where(each => each.Index > index).Sum(static each => each.Bytes);
}
