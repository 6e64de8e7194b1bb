using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using System.Numerics;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Disk;

/// <summary>Checksums that a group could have.</summary>
internal sealed class ChecksumsBenchmark(DiskPace pace) : IDiskPart
{
    private const int Parts = 20; // of a measurement

    private static readonly int[] Sizes = [512, 4_096, 65_536, 1 << 20];

    private static readonly (string Name, Func<byte[], ulong> Compute)[] Checksums =
    [
        ("XxHash3", static bytes => XxHash3.HashToUInt64(bytes)),
        ("Crc64", static bytes => Crc64.HashToUInt64(bytes)),
        ("Crc32", static bytes => Crc32.HashToUInt32(bytes)),
        ("CRC32C", Crc32C),
    ];

    private ulong _sum; // keeps the calls from being removed

    public string Name => "checksums";

    public int Steps => 1;

    public async Task<IReadOnlyList<DiskTable>> RunAsync(Progress progress)
    {
        progress.Begin("checksums");
        TextTable table = new(1, ["bytes", .. Checksums.SelectMany(static each => (string[])[$"{each.Name}, ns", $"{each.Name}, GB/s"])]);
        await MeasuringThread.RunAsync(() =>
        {
            MeasureAll(new byte[Sizes[0]]); // for the compiler
            foreach (int size in Sizes)
            {
                byte[] bytes = new byte[size];
                Random.Shared.NextBytes(bytes);
                double[] nanoseconds = MeasureAll(bytes);
                table.Add([Figures.Bytes(size), .. nanoseconds.SelectMany(each =>
                    (string[])[Figures.Number(each), Figures.Number(size / each)])]);
            }

            return true;
        });
        progress.Advance();
        return
        [
            new DiskTable(
                "Checksums: XxHash3, Crc64 and Crc32 of System.IO.Hashing, which has no CRC32C, and a loop over BitOperations.Crc32C.", table),
        ];
    }

    /// <summary>CRC32C with the instruction of the processor, eight bytes at a time.</summary>
    private static ulong Crc32C(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        for (int at = 0; at < bytes.Length; at += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
        }

        return ~crc;
    }

    /// <summary>Returns the nanoseconds of each checksum: the medians of short measurements in turns.</summary>
    private double[] MeasureAll(byte[] bytes)
    {
        List<double>[] results = [.. Checksums.Select(static _ => new List<double>())];
        for (int part = 0; part < Parts; part++)
        {
            for (int i = 0; i < Checksums.Length; i++)
            {
                results[i].Add(Measure(Checksums[i].Compute, bytes));
            }
        }

        return [.. results.Select(Median.Of)];
    }

    private double Measure(Func<byte[], ulong> compute, byte[] bytes)
    {
        const int CallsAtOnce = 16;
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed = TimeSpan.Zero;
        long calls = 0;
        for (; elapsed < pace.Duration * pace.Repetitions / Parts / Checksums.Length; calls += CallsAtOnce)
        {
            for (int i = 0; i < CallsAtOnce; i++)
            {
                _sum += compute(bytes);
            }

            elapsed = Stopwatch.GetElapsedTime(start);
        }

        return elapsed.TotalNanoseconds / calls;
    }
}
