// What a vendor's program does with a database by JDBC: metadata first, prepared statements until the driver
// prepares them at the server and reads numbers in binary, a cursor, a batch, COPY both ways, a failure, a
// statement that takes too long. One line for each thing that went as it should; any other end is a failure.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

public final class Receipts {
    private static final int TIMES = 12;
    private static final int BATCH = 500;

    public static void main(String[] arguments) throws Exception {
        Properties own = new Properties();
        own.setProperty("user", "receipts");
        own.setProperty("ApplicationName", "レセプト点検");
        String url = "jdbc:postgresql://" + arguments[0] + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, own)) {
            metadata(connection);
            prepared(connection);
            batch(connection);
            cursor(connection);
            copies(connection);
            failure(connection);
            tooLong(connection);
        }
        System.out.println("closed");
    }

    private static void metadata(Connection connection) throws SQLException {
        String[] tables = {"TABLE"};
        try (ResultSet found = connection.getMetaData().getTables(null, "public", "patients", tables)) {
            said(found.next(), "metadata");
        }
    }

    private static void prepared(Connection connection) throws SQLException {
        String sql = "select id, name from patients where id = ? and name like ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int right = 0;
            for (int time = 1; time <= TIMES; time++) {
                statement.setInt(1, time);
                statement.setString(2, "name%");
                try (ResultSet row = statement.executeQuery()) {
                    right += row.next() && row.getInt(1) == time ? 1 : 0;
                }
            }
            said(right == TIMES, "prepared");
        }
    }

    private static void batch(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into patients values (?, ?)")) {
            for (int row = 0; row < BATCH; row++) {
                insert.setInt(1, 1000 + row);
                insert.setString(2, "batch " + row);
                insert.addBatch();
            }
            said(insert.executeBatch().length == BATCH, "batch");
        }
    }

    private static void cursor(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        int rows = 0;
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(50);
            try (ResultSet all = statement.executeQuery("select id, name from patients")) {
                while (all.next()) {
                    rows++;
                }
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        said(rows == 100 + BATCH, "cursor");
    }

    private static void copies(Connection connection) throws Exception {
        CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
        byte[] row = "5000\tcopied\n".getBytes(StandardCharsets.UTF_8);
        long in = copies.copyIn("copy patients from stdin", new ByteArrayInputStream(row));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long given = copies.copyOut("copy (select * from patients where id = 5000) to stdout", out);
        said(in == 1 && given == 1 && out.toString(StandardCharsets.UTF_8).equals("5000\tcopied\n"), "copies");
    }

    private static void failure(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("select 1 / 0");
            said(false, "failure");
        } catch (SQLException expected) {
            said("22012".equals(expected.getSQLState()), "failure");
        }
    }

    private static void tooLong(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            statement.executeQuery("select pg_sleep(600)");
            said(false, "too long");
        } catch (SQLException expected) {
            said("57014".equals(expected.getSQLState()), "too long");
        }
    }

    private static void said(boolean right, String what) {
        if (!right) {
            throw new IllegalStateException(what);
        }
        System.out.println(what);
    }
}
