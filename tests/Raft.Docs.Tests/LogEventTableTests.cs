using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Raft.Docs.Tests;

/// <summary>The table of log events has the ids, names and levels of the code.</summary>
public class LogEventTableTests
{
    private const BindingFlags AllMethods =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void Table_Events_AreThoseOfTheCode()
    {
        IEnumerable<string> expected =
            from assembly in new[] { typeof(RaftNode).Assembly, typeof(FileStorage).Assembly, typeof(TcpTransport).Assembly }
            from type in assembly.GetTypes()
            from method in type.GetMethods(AllMethods)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            orderby message.EventId
            select $"{message.EventId} {message.EventName} {message.Level}";

        IReadOnlyList<string[]> rows = MarkdownTable.Read("docs/operating.md", "Id", "Name", "Level");

        Assert.Equal(expected.Distinct(), rows.Select(static row => $"{row[0]} {row[1].Trim('`')} {row[2]}"));
    }
}
