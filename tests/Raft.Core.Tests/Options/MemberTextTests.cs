namespace Raft.Tests.Hosting;

/// <summary>Members as text: an id, or an id with an address.</summary>
public class MemberTextTests
{
    [Theory]
    [InlineData("n1", "n1", null)]
    [InlineData("n1=127.0.0.1:7001", "n1", "127.0.0.1:7001")]
    [InlineData(" n1 = [::1]:7001 ", "n1", "[::1]:7001")]
    [InlineData("n1=http://a?b=c", "n1", "http://a?b=c")]
    public void Text_IsAnIdAndPerhapsAnAddress(string text, string id, string? address)
    {
        RaftMember member = text;

        Assert.Equal(id, member.Id);
        Assert.Equal(address, member.Address);
        Assert.Equal(member, RaftMember.FromString(text));
    }

    [Fact]
    public void Id_WithAnEqualsSign_IsSetAsAnObject_AndTheRefusalSaysSo()
    {
        RaftNodeOptions options = new() { Members = ["a=b"], AllowVolatileStorage = true };

        ArgumentException refusal = Assert.ThrowsAny<ArgumentException>(() => new RaftNode("a=b", options: options));
        options.Members = [new RaftMember { Id = "a=b" }];
        RaftNode node = new("a=b", options: options);

        Assert.Contains("'=' begins its address, so set RaftMember.Id instead", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("a=b", node.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("=127.0.0.1:7001")]
    public void Text_WithoutAnId_IsRefused(string text) => Assert.Throws<ArgumentException>(() => RaftMember.FromString(text));
}
