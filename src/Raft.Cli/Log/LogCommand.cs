using System.CommandLine;
using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>The command <c>raft log</c>: reads the folder of a stopped node, and changes nothing.</summary>
internal static class LogCommand
{
    private const string ExitCodes = """
        Exit codes: 0 the folder is sound; 1 it cannot be read; 2 the command line is wrong; 3 it is not the folder of a node; 4 a process
        uses it; 5 the log ends with an incomplete write of a crash, and the node can start; 6 durable data is damaged or missing; 7 a
        newer version of the library has written it.
        """;

    /// <summary>Creates the command.</summary>
    public static Command Create() =>
        new("log", $"Reads the folder of a stopped node. Changes nothing. Each command verifies the whole folder.\n\n{ExitCodes}")
        {
            Inspect(),
            Verify(),
            Dump(),
        };

    private static Command Inspect()
    {
        Argument<string> directory = Directory();
        Command command = new("inspect", "Prints what is in the folder: node, term, vote, log, segments, snapshots and other files.")
        {
            directory,
        };
        command.SetAction(parsed => Run(parsed, directory, static (report, output, _) => InspectView.Write(report, output)));
        return command;
    }

    private static Command Verify()
    {
        Argument<string> directory = Directory();
        Command command = new("verify", "Verifies every checksum, and prints each problem with its file, offset and index.") { directory };
        command.SetAction(parsed => Run(parsed, directory, static (report, output, _) => VerifyView.Write(report, output)));
        return command;
    }

    private static Command Dump()
    {
        Argument<string> directory = Directory();
        Option<long?> from = new("--from") { HelpName = "INDEX", Description = "The first index. Default: the first of the log." };
        Option<long?> to = new("--to") { HelpName = "INDEX", Description = "The last index. Default: the last of the log." };
        Option<bool> text = new("--text")
        {
            Description = "Payloads as UTF-8; other bytes and control characters are escaped. The default.",
        };
        Option<bool> hex = new("--hex") { Description = "Payloads as hexadecimal digits." };
        Option<bool> json = new("--json") { Description = "A JSON object per line, with the payload in Base64." };
        Command command = new(
            "dump",
            "Prints one entry per line: index, term, kind, time, length and payload, separated by tabs. Problems go to the error output.")
        {
            directory,
            from,
            to,
            text,
            hex,
            json,
        };
        command.Validators.Add(result =>
        {
            if (new[] { text, hex, json }.Count(result.GetValue) > 1)
            {
                result.AddError("--text, --hex and --json exclude each other: choose one.");
            }
        });
        command.SetAction(parsed =>
        {
            DumpFormat format = parsed.GetValue(json) ? DumpFormat.Json : parsed.GetValue(hex) ? DumpFormat.Hex : DumpFormat.Text;
            DumpView view = new(parsed.GetValue(from) ?? 0, parsed.GetValue(to) ?? long.MaxValue, format);
            return Run(parsed, directory, view.Write);
        });
        return command;
    }

    private static Argument<string> Directory() => new("DIR") { Description = "The folder of the node." };

    private static int Run(ParseResult parsed, Argument<string> directory, Action<FolderReport, TextWriter, TextWriter> write)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        TextWriter error = parsed.InvocationConfiguration.Error;
        FolderReader reader = new(new ReadOnlyFileSystem(FileSystem.Shared), Path.GetFullPath(parsed.GetValue(directory)!));
        return (int)reader.Read(report => write(report, output, error), error);
    }
}
